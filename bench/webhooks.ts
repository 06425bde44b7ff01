import { createHmac } from 'node:crypto';

/** Signed webhooks as Meta sends them, each with an id of its own. */

export const SECRET = 'bench-app-secret';
export const PHONE_NUMBER_ID = '200300400500600';

let counter = 0;

/** What customers write: talk of all lengths and some languages, each with a number of its own. About 240 letters at most. */
const TALK = [
  'Hello, is my order on its way? It was due on Tuesday and nobody called me. The number is',
  'Thanks, see you tomorrow at ten. My reference is',
  'Hola, ¿cuándo llega mi pedido? Lo necesito para el lunes, gracias. Pedido',
  'Good morning! I would like to change the delivery address for this order to my office, please, as I am not at home before six. Order',
  'Bom dia, gostaria de saber se a loja abre no sábado e se posso pagar na entrega. Cliente',
  'ok',
  'Could you send me the invoice again? The one you sent has the wrong company name on it, it should say Contoso Limited and not Contoso Inc. Invoice',
  'Ich habe noch eine Frage zu meiner Bestellung: Kann ich die Farbe noch ändern? Bestellung',
  'The box arrived damaged, I have taken photos. What should I do now, send it back or keep it? Parcel',
  'Perfect, that works for me 👍',
  'مرحبا، متى يصل طلبي؟ رقم الطلب',
  'I tried to call you three times today and the line was busy each time. Please call me back after 5 pm because I am in meetings until then. Ticket',
];

/** Text messages from `people` customers in turn; about 700 bytes each, as in the reference runs. */
export function talkWebhook(people: number): string {
  const n = counter + 1;
  return textFrom(phoneOf(n, people), `${TALK[n % TALK.length]} ${n}`);
}

const phoneOf = (n: number, people: number): string =>
  `1202${String(2_000_000 + (n % people)).padStart(7, '0')}`;

/** One text of the customer with this number, as digits. */
export function textFrom(phone: string, text: string): string {
  counter += 1;
  return webhookWith('messages', {
    contacts: [{ profile: { name: 'Ana Ruiz' }, wa_id: phone, user_id: `US.${phone}` }],
    messages: [
      {
        from: phone,
        from_user_id: `US.${phone}`,
        id: `wamid.bench.${process.pid}.${counter}`,
        timestamp: String(Math.floor(Date.now() / 1000)),
        type: 'text',
        text: { body: text },
      },
    ],
  });
}

/** A webhook of one change of the bench's number. */
export function webhookWith(field: string, value: object): string {
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '100200300400500',
        changes: [
          {
            field,
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '12025550100', phone_number_id: PHONE_NUMBER_ID },
              ...value,
            },
          },
        ],
      },
    ],
  });
}

export const sign = (body: string): string =>
  `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;

/** The quantile of measured times. */
export function quantile(values: readonly number[] | Float64Array, q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
