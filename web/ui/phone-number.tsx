import { useEffect, useState } from 'react';

type Format = (e164: string) => string;
let format: Format | undefined;

/**
 * A phone number as people write it, `+44 20 7946 0958`, kept from left to right in every language. The numbering
 * plans are large, so they load once, after the page; until then the plain number stands there.
 */
export function PhoneNumber({ number }: { number: string }) {
  const [write, setWrite] = useState<Format | undefined>(() => format);
  useEffect(() => {
    if (write !== undefined) return;
    let wanted = true;
    void import('../../src/core/phone.ts').then(
      ({ formatPhone }) => {
        format = formatPhone;
        if (wanted) setWrite(() => formatPhone);
      },
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [write]);
  return (
    <bdi dir="ltr" style={{ whiteSpace: 'nowrap' }}>
      {write?.(number) ?? number}
    </bdi>
  );
}
