import {
  Checkbox,
  Field,
  FieldContextProvider,
  Input,
  makeStyles,
  Select,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Right } from '../../src/core/rights.ts';
import type { ApiKeyMadeOut } from '../../src/http/schemas/people.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { keys } from '../ui/queries.ts';
import { RIGHT_GROUPS } from '../ui/right-groups.ts';
import { expiryOf, LIVES } from './api-key-standing.ts';
import { DialogProblem } from './dialog-problem.tsx';
import { SecretDialog } from './secret.tsx';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', paddingBlock: '8px' },
  group: { border: 'none', margin: 0, padding: 0, minWidth: 0 },
  legend: { padding: 0, fontWeight: tokens.fontWeightSemibold },
  groups: { display: 'flex', flexDirection: 'column', gap: '12px' },
  scopes: { display: 'flex', flexDirection: 'column' },
  // A box that is not ticked greys its label: a right must not be paler than what is said of it.
  name: { color: tokens.colorNeutralForeground1 },
  text: { display: 'block', color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

/** A new key: its name, what it may do, how long it lives; then the key itself, this once. */
export function ApiKeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['people', 'rights']);
  const styles = useStyles();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Right[]>([]);
  const [days, setDays] = useState<number | null>(90);
  const [touched, setTouched] = useState(false);
  const make = useMutation({
    mutationFn: () =>
      api.post(
        '/api/api-keys',
        { name, scopes, expiresAt: expiryOf(days, Date.now()) },
        answerOf<ApiKeyMadeOut>(),
      ),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.apiKeys() }),
  });
  if (make.data !== undefined) return <Made apiKey={make.data.key} name={name} onClose={onClose} />;
  const nameMissing = name.trim() === '';
  return (
    <ConfirmDialog
      open
      noValidate
      title={t('apiKeys.new')}
      confirmLabel={t('apiKeys.create')}
      busy={make.isPending}
      onConfirm={() => {
        setTouched(true);
        if (!nameMissing && scopes.length > 0) make.mutate();
      }}
      onCancel={onClose}
    >
      <div className={styles.form}>
        <Field
          label={t('apiKeys.name')}
          required
          hint={t('apiKeys.nameHint')}
          {...(touched && nameMissing ? { validationMessage: t('apiKeys.nameMissing') } : {})}
        >
          <Input
            dir="auto"
            value={name}
            maxLength={100}
            autoComplete="off"
            onChange={(_, { value }) => setName(value)}
          />
        </Field>
        <Field label={t('apiKeys.expires')}>
          <Select
            value={String(days)}
            onChange={(_, { value }) => setDays(LIVES.find((life) => String(life) === value) ?? null)}
          >
            {LIVES.map((life) => (
              <option key={life} value={String(life)}>
                {life === null ? t('apiKeys.neverExpires') : t('apiKeys.days', { count: life })}
              </option>
            ))}
          </Select>
        </Field>
        <Field
          label={t('apiKeys.scopes')}
          required
          hint={t('apiKeys.scopesHint')}
          {...(touched && scopes.length === 0 ? { validationMessage: t('apiKeys.scopesMissing') } : {})}
        >
          {(field) => (
            // Each box has an id and a name of its own, and none of them is required.
            <FieldContextProvider value={undefined}>
              {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and legend */}
              <div
                role="group"
                id={field.id}
                aria-labelledby={field['aria-labelledby']}
                aria-describedby={field['aria-describedby']}
              >
                <Scopes scopes={scopes} onChange={setScopes} />
              </div>
            </FieldContextProvider>
          )}
        </Field>
        <DialogProblem error={make.error} />
      </div>
    </ConfirmDialog>
  );
}

function Scopes({ scopes, onChange }: { scopes: Right[]; onChange: (scopes: Right[]) => void }) {
  const { t } = useTranslation(['people', 'rights']);
  const styles = useStyles();
  return (
    <div className={styles.groups}>
      {RIGHT_GROUPS.map(({ id, rights }) => (
        <fieldset key={id} className={styles.group}>
          <legend className={styles.legend}>{t(`rightGroups.${id}`)}</legend>
          <div className={styles.scopes}>
            {rights.map((right) => (
              <Checkbox
                key={right}
                checked={scopes.includes(right)}
                onChange={(_, { checked }) =>
                  onChange(checked === true ? [...scopes, right] : scopes.filter((one) => one !== right))
                }
                label={{
                  children: (
                    <>
                      <span className={styles.name}>{t(`rights:rights.${right}.name`)}</span>
                      <span className={styles.text}>{t(`rights:rights.${right}.text`)}</span>
                    </>
                  ),
                }}
              />
            ))}
          </div>
        </fieldset>
      ))}
    </div>
  );
}

function Made({ apiKey, name, onClose }: { apiKey: string; name: string; onClose: () => void }) {
  const { t } = useTranslation('people');
  return (
    <SecretDialog
      title={t('apiKeys.madeTitle', { name })}
      label={t('apiKeys.key')}
      value={apiKey}
      copyLabel={t('apiKeys.copy')}
      hint={t('apiKeys.keyHint')}
      onClose={onClose}
    />
  );
}
