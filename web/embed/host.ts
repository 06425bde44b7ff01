/** The application that holds our frame. Only those that the server's `frame-ancestors` lists can. */

/**
 * Its origin; null where nobody holds us. Browsers without `ancestorOrigins` tell it by the referrer, which a frame's
 * first page has from the page that holds it. Worth nothing by itself: the server gives a token for listed ones only.
 */
export function hostOrigin(): string | null {
  if (window.parent === window) return null;
  const [nearest] = location.ancestorOrigins ?? [];
  return nearest ?? URL.parse(document.referrer)?.origin ?? null;
}

/** Tells it that the Compliance Field of the record has another value. `origin` is one that the server confirmed. */
export function tellFieldChanged(
  origin: string,
  change: { recordType: string; id: string; complianceValue: boolean | null },
): void {
  window.parent.postMessage({ type: 'assent:compliance-value', ...change }, origin);
}
