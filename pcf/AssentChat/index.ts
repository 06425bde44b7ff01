import type { IInputs, IOutputs } from './generated/ManifestTypes';

/** Where the control stands. The framework has it and its types do not. */
interface OnForm {
  contextInfo?: { entityTypeName?: string; entityId?: string };
}
/** The form's own data, as far as a control reaches it. */
interface FormData {
  getIsDirty(): boolean;
  refresh(save: boolean): Promise<void>;
}
declare const Xrm: { Page?: { data?: FormData } } | undefined;

/** Assent changes its own copy first and Dataverse a moment later; ms after the news. */
const READ_AGAIN = [0, 5_000, 20_000];

/**
 * The chat of the record in a frame, as solution/WebResources/assent_chat.js shows it. `refresh(false)` reads the form
 * again without saving, and only while nobody edits it.
 */
export class AssentChat implements ComponentFramework.StandardControl<IInputs, IOutputs> {
  private frame?: HTMLIFrameElement;
  private origin = '';
  private shown = { recordType: '', id: '' };

  init(
    context: ComponentFramework.Context<IInputs>,
    _notifyOutputChanged: () => void,
    _state: ComponentFramework.Dictionary,
    container: HTMLDivElement,
  ): void {
    context.mode.trackContainerResize(true);
    this.frame = document.createElement('iframe');
    this.frame.title = 'WhatsApp chat';
    this.frame.referrerPolicy = 'strict-origin';
    this.frame.allow = 'clipboard-write';
    this.frame.style.cssText = 'border:0;width:100%;min-height:560px';
    container.append(this.frame);
    window.addEventListener('message', this.hear);
    this.updateView(context);
  }

  updateView(context: ComponentFramework.Context<IInputs>): void {
    const address = addressOf(context.parameters.assentUrl.raw);
    const on = (context.mode as OnForm).contextInfo;
    const recordType = on?.entityTypeName ?? '';
    const id = (on?.entityId ?? '').replace(/[{}]/g, '').toLowerCase();
    if (this.frame === undefined || address === null) return;
    if (address.origin === this.origin && recordType === this.shown.recordType && id === this.shown.id)
      return;
    this.origin = address.origin;
    this.shown = { recordType, id };
    const page = new URL('/embed', address.origin);
    page.searchParams.set('recordType', recordType);
    page.searchParams.set('id', id);
    this.frame.src = page.href;
  }

  /** The column it stands on is left alone. */
  getOutputs(): IOutputs {
    return {};
  }

  destroy(): void {
    window.removeEventListener('message', this.hear);
    this.frame?.remove();
  }

  private readonly hear = ({ source, origin, data }: MessageEvent): void => {
    if (this.frame === undefined || source !== this.frame.contentWindow || origin !== this.origin) return;
    if (data?.type !== 'assent:compliance-value') return;
    if (data.recordType !== this.shown.recordType || data.id !== this.shown.id) return;
    for (const after of READ_AGAIN) setTimeout(readAgain, after);
  };
}

function readAgain(): void {
  const form = typeof Xrm === 'undefined' ? undefined : Xrm.Page?.data;
  if (form !== undefined && !form.getIsDirty()) void form.refresh(false);
}

/** Null where it is no address, or one without TLS that is not on this machine. */
function addressOf(text: string | null): URL | null {
  try {
    const url = new URL(text ?? '');
    const here = url.hostname === 'localhost' || url.hostname === '127.0.0.1';
    return url.protocol === 'https:' || (url.protocol === 'http:' && here) ? url : null;
  } catch {
    return null;
  }
}
