import { Badge, Dropdown, Field, MessageBar, MessageBarBody, Option } from '@fluentui/react-components';
import type { WhatsAppTemplateOut } from '../../src/http/schemas/templates.ts';
import { AppLink } from '../ui/link.tsx';
import { languageName } from './countries.ts';
import { categoryWord, isApproved, statusWord } from './meta-words.ts';

type Choice = { name: string; language: string } | null;

type Props = {
  templates: WhatsAppTemplateOut[];
  value: Choice;
  onChange: (value: Choice) => void;
  disabled: boolean;
};

/** Picks one of the approved WhatsApp templates, and the language that is used where the customer's is not approved. */
export function WhatsAppTemplateField({ templates, value, onChange, disabled }: Props) {
  const approved = templates.filter(isApproved);
  const names = [...new Set(approved.map(({ name }) => name))].toSorted();
  const ofName = (name: string) => approved.filter((template) => template.name === name);
  const chosen = templates.find(({ name, language }) => name === value?.name && language === value.language);
  const languages = value === null ? [] : ofName(value.name).map(({ language }) => language);

  if (names.length === 0 && value === null) {
    return (
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>
          There is no approved WhatsApp template yet. Create one with Meta, then{' '}
          <AppLink to="/configuration/whatsapp#templates">sync the templates</AppLink>.
        </MessageBarBody>
      </MessageBar>
    );
  }
  return (
    <>
      <Field
        label="WhatsApp template"
        required
        hint="What Meta approved. The wording can only be changed there."
      >
        <Dropdown
          placeholder="Choose an approved template"
          disabled={disabled}
          value={value?.name ?? ''}
          selectedOptions={value === null ? [] : [value.name]}
          onOptionSelect={(_, { optionValue }) => {
            const [first] = ofName(optionValue ?? '');
            if (first === undefined) return;
            const kept =
              ofName(first.name).find(({ language }) => language === value?.language) ??
              inEnglish(ofName(first.name));
            onChange({ name: first.name, language: (kept ?? first).language });
          }}
        >
          {names.map((name) => (
            <Option key={name} value={name} text={name}>
              <span>
                {name}{' '}
                <Badge appearance="outline" color="informative" size="small">
                  {[...new Set(ofName(name).map(({ category }) => categoryWord(category)))].join(', ')}
                </Badge>{' '}
                {ofName(name)
                  .map(({ language }) => languageName(language))
                  .join(', ')}
              </span>
            </Option>
          ))}
        </Dropdown>
      </Field>
      {value !== null && (
        <Field
          label="Language"
          hint={
            languages.length > 1
              ? 'Customers get the template in their own language where it is approved; this one otherwise.'
              : 'Approved in this language only.'
          }
        >
          <Dropdown
            disabled={disabled || languages.length < 2}
            value={languageName(value.language)}
            selectedOptions={[value.language]}
            onOptionSelect={(_, { optionValue }) =>
              optionValue !== undefined && onChange({ name: value.name, language: optionValue })
            }
          >
            {languages.map((language) => (
              <Option key={language} value={language} text={languageName(language)}>
                {`${languageName(language)} (${language})`}
              </Option>
            ))}
          </Dropdown>
        </Field>
      )}
      <Standing value={value} template={chosen} />
    </>
  );
}

function inEnglish(templates: WhatsAppTemplateOut[]): WhatsAppTemplateOut | undefined {
  return templates.find(({ language }) => language.startsWith('en'));
}

/** What is to know about the chosen template: gone, not approved, or about to change its category. */
function Standing({ value, template }: { value: Choice; template: WhatsAppTemplateOut | undefined }) {
  if (value === null) return null;
  const sentence =
    template === undefined
      ? `Meta no longer knows “${value.name}” in ${languageName(value.language)}.`
      : !isApproved(template)
        ? `Meta’s status of this template: ${statusWord(template.status).toLowerCase()}. It cannot be sent.`
        : template.impendingCategory !== null
          ? `Meta will class this template as ${categoryWord(template.impendingCategory)}. Until then it stays ${categoryWord(template.category)}.`
          : null;
  if (sentence === null) return null;
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        {sentence} <AppLink to="/configuration/whatsapp#templates">WhatsApp templates</AppLink>
      </MessageBarBody>
    </MessageBar>
  );
}
