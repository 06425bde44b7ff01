/**
 * A phone number, kept from left to right in every language. `text` is how people write it, `+44 20 7946 0958`, as the
 * server says it: the numbering plans are larger than the whole chat, so no page loads them.
 */
export function PhoneNumber({ number, text }: { number: string; text?: string | undefined }) {
  return (
    <bdi dir="ltr" style={{ whiteSpace: 'nowrap' }}>
      {text ?? number}
    </bdi>
  );
}
