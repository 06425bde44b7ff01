import { expect, it } from 'vitest';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { stepsAfter } from './after-failure.ts';

const failed: MessageOut = {
  id: 'm1',
  conversationId: 'c1',
  direction: 'out',
  kind: 'text',
  text: 'Your parcel is here',
  status: 'failed',
  automatic: false,
  actor: 'Alex',
  at: '2026-05-12T08:00:00.000Z',
  statusAt: null,
};
const template = {
  messageTemplateId: 't1',
  name: 'parcel',
  type: 'utility',
  language: 'en',
  header: null,
  footer: null,
  buttons: [],
};
const stepsFor = (change: Partial<MessageOut>, windowOpen = true) =>
  stepsAfter({ ...failed, ...change }, windowOpen).map((step) => step.do);

it('puts a text back into the composer, so that nobody types it twice', () => {
  expect(stepsAfter({ ...failed, reason: 'whatsapp-131026' }, false)).toEqual([
    { do: 'write-again', text: 'Your parcel is here' },
  ]);
});

it.each(['service-window-closed', 'whatsapp-131047'])(
  'leads from a closed window (%s) to the templates',
  (reason) => {
    // The same text again leads to the same failure, until the customer writes.
    expect(stepsFor({ reason }, false)).toEqual(['choose-template']);
    expect(stepsFor({ reason }, true)).toEqual(['choose-template', 'write-again']);
  },
);

it.each(['consent-denied', 'consent-on-hold', 'consent-needed', 'consent-expired'])(
  'leads from %s to the question',
  (reason) => {
    expect(stepsFor({ status: 'cancelled', reason })).toEqual(['ask-for-consent', 'write-again']);
    expect(stepsFor({ status: 'cancelled', reason, template })).toEqual(['ask-for-consent']);
  },
);

it('opens the picker on the template that failed', () => {
  expect(stepsAfter({ ...failed, template, reason: 'whatsapp-132015' }, true)).toEqual([
    { do: 'choose-template', messageTemplateId: 't1' },
  ]);
  expect(stepsFor({ template: { ...template, type: 'consent' }, reason: 'consent-denied' })).toEqual([
    'choose-template',
  ]);
});

it('offers nothing for what is not over, what a customer wrote, and what Assent answers by itself', () => {
  for (const status of ['queued', 'sent', 'read', 'unconfirmed'] as const)
    expect(stepsFor({ status })).toEqual([]);
  expect(stepsFor({ direction: 'in' })).toEqual([]);
  expect(stepsFor({ automatic: true, reason: 'consent-denied' })).toEqual([]);
});

it('does what the server says, whatever the code', () => {
  expect(stepsFor({ reason: 'whatsapp-132015', template, nextStep: 'another-template' })).toEqual([
    'choose-template',
  ]);
  expect(stepsFor({ reason: 'whatsapp-131056', nextStep: 'wait' })).toEqual(['write-again']);
  expect(stepsFor({ reason: 'whatsapp-131026', nextStep: 'none' })).toEqual([]);
});

it('attaches a file again without another upload', () => {
  const media: NonNullable<MessageOut['media']> = {
    id: 'f1',
    kind: 'image',
    state: 'stored',
    mimeType: 'image/png',
    fileName: null,
    size: 1,
    width: 1,
    height: 1,
    voice: false,
    url: '/api/media/f1',
    thumbnailUrl: null,
  };
  expect(stepsFor({ kind: 'image', media, text: 'Look' })).toEqual(['attach-again']);
  expect(stepsFor({ kind: 'image', media: { ...media, state: 'failed' } })).toEqual([]);
});
