/**
 * The chat of the record on whose form this page stands. Assent is shown in a frame and says when the Compliance Field
 * changed; the form is then read again, unless somebody is editing it.
 *
 * https://learn.microsoft.com/power-apps/developer/model-driven-apps/clientapi/reference/controls/getcontentwindow
 */
(() => {
  const assent = document.querySelector('meta[name="assent-url"]').content;
  const frame = document.getElementById('chat');
  /** Assent changes its own copy first and Dataverse a moment later; ms after the news. */
  const READ_AGAIN = [0, 5_000, 20_000];
  let form = null;
  let shown = '';

  /** What the form holds, or what "Pass record object-type code and unique identifier as parameters" put in the address. */
  function record() {
    const given = new URLSearchParams(location.search);
    const recordType = form?.data.entity.getEntityName() ?? given.get('typename') ?? '';
    const id = form?.data.entity.getId() ?? given.get('id') ?? '';
    return { recordType, id: id.replace(/[{}]/g, '').toLowerCase() };
  }

  function show() {
    const { recordType, id } = record();
    const address = new URL('/embed', assent);
    // A record that is not saved yet has no id; Assent says so.
    if (recordType !== '') address.searchParams.set('recordType', recordType);
    if (id !== '') address.searchParams.set('id', id);
    if (shown === address.href) return;
    shown = address.href;
    frame.src = shown;
    frame.hidden = false;
  }

  /** False: without saving. What somebody has typed and not saved is never thrown away. */
  function readAgain() {
    if (form !== null && !form.data.getIsDirty()) form.data.refresh(false);
  }

  addEventListener('message', ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== new URL(assent).origin) return;
    if (data?.type !== 'assent:compliance-value') return;
    const now = record();
    if (data.recordType !== now.recordType || data.id !== now.id) return;
    for (const after of READ_AGAIN) setTimeout(readAgain, after);
  });

  /** Called by assent_form.js when the form is loaded, and again when it holds another record. */
  globalThis.setClientApiContext = (_xrm, formContext) => {
    form = formContext;
    show();
  };
  if (new URLSearchParams(location.search).has('typename')) show();
})();
