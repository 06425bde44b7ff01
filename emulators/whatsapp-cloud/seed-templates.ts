import type { Component, Template } from './model.ts';
import type { World } from './world.ts';

type Seed = Pick<Template, 'name' | 'language' | 'category' | 'components'>;

const body = (text: string, ...example: string[]): Component => ({
  type: 'BODY',
  text,
  ...(example.length > 0 ? { example: { body_text: [example] } } : {}),
});
const footer = (text: string): Component => ({ type: 'FOOTER', text });
const quickReplies = (...labels: string[]): Component => ({
  type: 'BUTTONS',
  buttons: labels.map((text) => ({ type: 'QUICK_REPLY', text })),
});

const seeds: readonly Seed[] = [
  {
    name: 'consent_request',
    language: 'en',
    category: 'UTILITY',
    components: [
      body('Hello {{1}}, may Contoso write to you here on WhatsApp about your orders and requests?', 'Ana'),
      footer('You can change your mind at any time.'),
      quickReplies('Yes, I Agree', 'No, Thank You'),
    ],
  },
  {
    name: 'consent_request',
    language: 'es',
    category: 'UTILITY',
    components: [
      body('Hola, {{1}}: ¿puede Contoso escribirle por WhatsApp sobre sus pedidos y consultas?', 'Ana'),
      footer('Puede cambiar de opinión en cualquier momento.'),
      quickReplies('Sí, acepto', 'No, gracias'),
    ],
  },
  {
    name: 'consent_request',
    language: 'pt_BR',
    category: 'UTILITY',
    components: [
      body(
        'Olá, {{1}}! A Contoso pode escrever para você no WhatsApp sobre seus pedidos e solicitações?',
        'Ana',
      ),
      footer('Você pode mudar de ideia a qualquer momento.'),
      quickReplies('Sim, eu aceito', 'Não, obrigado'),
    ],
  },
  {
    name: 'marketing_consent_request',
    language: 'en',
    // Meta classes a question about offers as marketing, whoever asks it.
    category: 'MARKETING',
    components: [
      body('Hello {{1}}, would you like to get offers and news from Contoso here on WhatsApp?', 'Ana'),
      footer('You can stop them at any time.'),
      quickReplies('Yes, send me offers', 'No offers, please'),
    ],
  },
  {
    name: 'order_update',
    language: 'en',
    category: 'UTILITY',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Your Contoso order' },
      body(
        'Hello {{1}}, your order {{2}} has been sent and should arrive on {{3}}.',
        'Ana',
        'A-1042',
        '12 May',
      ),
    ],
  },
  {
    name: 'appointment_reminder',
    language: 'en',
    category: 'UTILITY',
    components: [
      body(
        'Hello {{1}}, this is a reminder of your appointment with Contoso on {{2}} at {{3}}.',
        'Ana',
        '12 May',
        '10:30',
      ),
      footer('Write to us if you cannot come.'),
    ],
  },
  {
    name: 'spring_sale',
    language: 'en',
    category: 'MARKETING',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Spring sale' },
      body('Hello {{1}}, everything for the garden is 20% off at Contoso until {{2}}.', 'Ana', '31 May'),
      footer('Reply STOP to get no more offers.'),
    ],
  },
];

/** Puts the sandbox's approved templates there, once per journal. */
export function seedTemplates(world: World): void {
  for (const seed of seeds)
    world.store.put({
      t: 'template',
      v: {
        ...seed,
        id: world.newId(),
        previousCategory: null,
        status: 'APPROVED',
        parameterFormat: 'POSITIONAL',
        quality: 'GREEN',
        rejectedReason: 'NONE',
        editedAt: [],
        submittedAt: world.now(),
      },
    });
  world.store.put({ t: 'meta', v: { ...world.store.meta(), seeded: true } });
}
