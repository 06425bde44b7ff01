import { expect, it } from 'vitest';
import { fillPreview } from './fill-preview.ts';

const preview = { header: 'Order {{1}}', body: 'Hello {{1}}, order {{order_id}}', footer: null, buttons: [] };

it('puts typed variables where the template has them, the header apart from the body', () => {
  expect(fillPreview(preview, { '1': 'Ana', 'header.1': 'A-7', order_id: '' })).toEqual({
    ...preview,
    header: 'Order A-7',
    body: 'Hello Ana, order {{order_id}}',
  });
});

it('takes a value as it is, `$&` included', () => {
  expect(fillPreview(preview, { '1': '$&' }).body).toBe('Hello $&, order {{order_id}}');
});
