import {
  Dropdown,
  Field,
  MessageBar,
  MessageBarBody,
  Option,
  Radio,
  RadioGroup,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { RecordTypeValues } from '../../src/http/schemas/records.ts';
import type { RelatedChoice } from './related-choices.ts';

type Relation = Pick<
  RecordTypeValues,
  'relatedTable' | 'relatedColumn' | 'phoneColumns' | 'complianceField' | 'marketingField'
>;

type Props = {
  choices: RelatedChoice[];
  relatedTable: string | null;
  relatedColumn: string | null;
  /** The phone columns to go back to. */
  phoneColumns: string[];
  disabled: boolean;
  problem: string | undefined;
  onChange: (change: Partial<Relation>) => void;
};

const keyOf = ({ column, table }: { column: string | null; table: string | null }) => `${column}>${table}`;

/** Where the number comes from: columns of this table, or a record that a lookup names. */
export function RelatedField({
  choices,
  relatedTable,
  relatedColumn,
  phoneColumns,
  disabled,
  problem,
  onChange,
}: Props) {
  const { t } = useTranslation('configuration');
  const related = relatedTable !== null;
  const chosen = choices.find(
    (choice) => keyOf(choice) === keyOf({ column: relatedColumn, table: relatedTable }),
  );
  const textOf = (choice: RelatedChoice) => t('related.choice', { column: choice.label, type: choice.type });
  const take = (choice: RelatedChoice | undefined) =>
    choice !== undefined &&
    onChange({
      relatedTable: choice.table,
      relatedColumn: choice.column,
      phoneColumns: [],
      complianceField: null,
      marketingField: null,
    });
  return (
    <>
      <Field label={t('related.label')}>
        <RadioGroup
          value={related ? 'related' : 'own'}
          disabled={disabled}
          onChange={(_, { value }) => {
            if (value === 'own') onChange({ relatedTable: null, relatedColumn: null, phoneColumns });
            else take(choices.find(({ isSetUp }) => isSetUp) ?? choices[0]);
          }}
        >
          <Radio value="own" label={t('related.own')} />
          <Radio value="related" label={t('related.other')} />
        </RadioGroup>
      </Field>
      {related && (
        <>
          <Field
            label={t('related.column')}
            hint={t('related.hint')}
            required
            {...(problem === undefined ? {} : { validationMessage: problem })}
          >
            <Dropdown
              disabled={disabled}
              placeholder={t('column.choose')}
              value={chosen === undefined ? (relatedColumn ?? '') : textOf(chosen)}
              selectedOptions={[keyOf({ column: relatedColumn, table: relatedTable })]}
              onOptionSelect={(_, { optionValue }) =>
                take(choices.find((choice) => keyOf(choice) === optionValue))
              }
            >
              {choices.map((choice) => (
                <Option
                  key={keyOf(choice)}
                  value={keyOf(choice)}
                  text={textOf(choice)}
                  disabled={!choice.isSetUp}
                >
                  {choice.isSetUp ? textOf(choice) : t('related.notSetUp', { choice: textOf(choice) })}
                </Option>
              ))}
            </Dropdown>
          </Field>
          <MessageBar intent="info" layout="multiline">
            <MessageBarBody>{t('related.consent', { type: chosen?.type ?? relatedTable })}</MessageBarBody>
          </MessageBar>
        </>
      )}
    </>
  );
}
