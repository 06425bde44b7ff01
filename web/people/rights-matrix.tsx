// biome-ignore-all lint/a11y/noRedundantRoles: another `display` takes a table's meaning away in some browsers
// biome-ignore-all lint/a11y/useSemanticElements: the same
import { Checkbox, makeStyles, mergeClasses, Tooltip, tokens } from '@fluentui/react-components';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Right } from '../../src/core/rights.ts';
import { RIGHT_GROUPS } from '../ui/right-groups.ts';
import type { RoleRights } from './queries.ts';
import { fixedFor, type OpenRole, type RoleDraft, withRight } from './role-draft.ts';

const narrow = '@media (max-width: 640px)';

const useStyles = makeStyles({
  table: { width: '100%', maxWidth: '960px', borderCollapse: 'collapse', [narrow]: { display: 'block' } },
  section: { [narrow]: { display: 'block' } },
  head: {
    position: 'sticky',
    top: 0,
    zIndex: 1,
    backgroundColor: tokens.colorNeutralBackground1,
    [narrow]: { position: 'static', display: 'none' },
  },
  row: {
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    [narrow]: {
      display: 'grid',
      gridTemplateColumns: 'repeat(3, 1fr)',
      padding: '8px 0',
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
      ':hover': { backgroundColor: 'transparent' },
    },
  },
  column: {
    width: '112px',
    padding: '8px',
    textAlign: 'center',
    fontWeight: tokens.fontWeightSemibold,
    borderBottom: `1px solid ${tokens.colorNeutralStroke1}`,
  },
  corner: { textAlign: 'start', width: 'auto', paddingInlineStart: '12px' },
  group: {
    textAlign: 'start',
    padding: '20px 12px 6px',
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase400,
    [narrow]: { display: 'block', padding: '20px 0 4px' },
  },
  right: {
    textAlign: 'start',
    padding: '8px 12px',
    fontWeight: tokens.fontWeightRegular,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    [narrow]: { gridColumn: '1 / -1', borderBottomWidth: 0, padding: '4px 0' },
  },
  name: { fontWeight: tokens.fontWeightSemibold },
  text: { display: 'block', color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  box: {
    textAlign: 'center',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    [narrow]: {
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'center',
      borderBottomWidth: 0,
      '::before': {
        content: 'attr(data-label)',
        color: tokens.colorNeutralForeground3,
        fontSize: tokens.fontSizeBase200,
      },
    },
  },
});

type Props = {
  roles: RoleRights;
  draft: RoleDraft;
  disabled: boolean;
  onChange: (draft: RoleDraft) => void;
};

/** Right by role. What cannot be changed says why when it is pointed at or focused. */
export function RightsMatrix({ roles, draft, disabled, onChange }: Props) {
  const { t } = useTranslation(['people', 'rights']);
  const styles = useStyles();
  return (
    <table className={styles.table} aria-label={t('rolesPage.matrix')} role="table">
      <thead className={styles.head} role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader" className={mergeClasses(styles.column, styles.corner)}>
            {t('rolesPage.right')}
          </th>
          {(['administrator', 'agent', 'auditor'] as const).map((role) => (
            <th key={role} scope="col" role="columnheader" className={styles.column}>
              {t(`rights:roles.${role}`)}
            </th>
          ))}
        </tr>
      </thead>
      {RIGHT_GROUPS.map(({ id, rights }) => (
        <tbody key={id} role="rowgroup" className={styles.section}>
          <tr role="row" className={styles.section}>
            <th colSpan={4} scope="rowgroup" role="rowheader" className={styles.group}>
              {t(`rightGroups.${id}`)}
            </th>
          </tr>
          {rights.map((right) => (
            <Row
              key={right}
              right={right}
              roles={roles}
              draft={draft}
              disabled={disabled}
              onChange={onChange}
            />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Row({ right, roles, draft, disabled, onChange }: Props & { right: Right }) {
  const { t } = useTranslation(['people', 'rights']);
  const styles = useStyles();
  const text = useId();
  const name = t(`rights:rights.${right}.name`);
  return (
    <tr role="row" className={styles.row}>
      <th scope="row" role="rowheader" className={styles.right}>
        <span className={styles.name}>{name}</span>
        <span className={styles.text} id={text}>
          {t(`rights:rights.${right}.text`)}
        </span>
      </th>
      <td role="cell" className={styles.box} data-label={t('rights:roles.administrator')}>
        <Box
          label={t('rolesPage.box', { role: t('rights:roles.administrator'), right: name })}
          checked
          why={t('rolesPage.administratorAll')}
        />
      </td>
      {(['agent', 'auditor'] satisfies OpenRole[]).map((role) => {
        const fixed = fixedFor(roles, role, right);
        return (
          <td key={role} role="cell" className={styles.box} data-label={t(`rights:roles.${role}`)}>
            <Box
              label={t('rolesPage.box', { role: t(`rights:roles.${role}`), right: name })}
              checked={fixed === 'always' || (fixed === null && draft[role].includes(right))}
              why={fixed === null ? null : t(`rolesPage.${fixed}`)}
              disabled={disabled}
              onChange={(on) => onChange(withRight(draft, role, right, on))}
            />
          </td>
        );
      })}
    </tr>
  );
}

type BoxProps = {
  label: string;
  checked: boolean;
  why: string | null;
  disabled?: boolean;
  onChange?: (on: boolean) => void;
};

/** A box that is fixed stays focusable (`aria-disabled`), so that its reason can be read by everyone. */
function Box({ label, checked, why, disabled = false, onChange }: BoxProps) {
  if (why === null)
    return (
      <Checkbox
        aria-label={label}
        checked={checked}
        disabled={disabled}
        onChange={(_, data) => onChange?.(data.checked === true)}
      />
    );
  return (
    <Tooltip content={why} relationship="description" withArrow>
      <Checkbox
        aria-label={label}
        checked={checked}
        aria-disabled
        style={{ opacity: 0.5 }}
        onChange={() => undefined}
      />
    </Tooltip>
  );
}
