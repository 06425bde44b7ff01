import { expect, test } from 'vitest';
import { proposedPolarity } from './polarity.ts';

const YES_NO = [['Yes'], ['No']] as const;

test.each<
  [name: string, labels: string[], readonly [readonly string[], readonly string[]], 'allows' | 'forbids']
>([
  ['wa_whatsappconsent', ['Allow WhatsApp', 'Permitir WhatsApp'], YES_NO, 'allows'],
  ['donotphone', ['Do not allow Phone Calls'], [['Do Not Allow'], ['Allow']], 'forbids'],
  // Its label sounds like the opposite: the options say what it is.
  ['donotsendmm', ['Send Marketing Materials'], [['Do Not Send'], ['Send']], 'forbids'],
  ['followemail', ['Follow Email Activity'], [['Allow'], ['Do Not Allow']], 'allows'],
  ['donotbulkpostalmail', ['Do not allow Bulk Mails'], YES_NO, 'forbids'],
  ['donotcontact', ['Contact'], [['Allow'], ['Do Not Allow']], 'allows'],
  ['new_donotcontact', ['Contact'], YES_NO, 'forbids'],
  ['cr1_do_not_message', ['Messages'], YES_NO, 'forbids'],
  ['cr1_optedout', ['State'], YES_NO, 'forbids'],
  ['cr1_state', ['Opted out of WhatsApp'], YES_NO, 'forbids'],
  ['cr1_state', ['Don’t contact'], YES_NO, 'forbids'],
  ['cr1_state', ['No contactar por WhatsApp'], [['Sí'], ['No']], 'forbids'],
  ['cr1_state', ['Contacto'], [['No permitir'], ['Permitir']], 'forbids'],
  ['cr1_state', ['Não enviar mensagens'], [['Sim'], ['Não']], 'forbids'],
  ['cr1_state', ['Contato'], [['Não Permitir'], ['Permitir']], 'forbids'],
  ['cr1_state', ['عدم السماح بالرسائل'], [['نعم'], ['لا']], 'forbids'],
  ['cr1_state', ['الرسائل'], [['لا تسمح'], ['اسمح']], 'forbids'],
  ['cr1_state', ['السماح بواتساب'], [['نعم'], ['لا']], 'allows'],
  ['creditonhold', ['Credit Hold'], YES_NO, 'allows'],
  ['cr1_optin', ['Opt-in'], YES_NO, 'allows'],
  ['cr1_notified', ['Notified'], [['Sí'], ['No']], 'allows'],
  ['cr1_nocturnal', ['Avisos nocturnos'], [['Sí'], ['No']], 'allows'],
])('%s %j %j: Yes %s', (name, labels, [yes, no], polarity) => {
  expect(proposedPolarity({ name, labels, yes, no })).toBe(polarity);
});
