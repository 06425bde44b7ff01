import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';
import type { MediaKind } from '../../src/core/media.ts';
import type { MediaOut } from '../../src/http/schemas/chat.ts';
import { newIntentKey } from '../ui/intent.ts';
import { type Checked, checkFile } from './attachment-check.ts';
import { uploadFile } from './attachment-upload.ts';

/** A file that waits beside the draft. */
export interface Attachment {
  id: string;
  name: string;
  size: number;
  kind: MediaKind;
  /** Address of a picture of it, where there is one. */
  preview: string | null;
  state:
    | { at: 'refused'; why: Extract<Checked, { ok: false }> }
    | { at: 'uploading'; share: number }
    | { at: 'failed'; error: unknown }
    | { at: 'uploaded'; media: MediaOut };
  /** Null for one that the server has already. */
  file: File | null;
}

/**
 * Files by draft. They live as long as the page: a chat that is left and opened again still has them, and an upload
 * goes on meanwhile.
 */
const drafts = new Map<string, readonly Attachment[]>();
const uploads = new Map<string, AbortController>();
const listeners = new Set<() => void>();
const none: readonly Attachment[] = [];

const read = (draft: string) => drafts.get(draft) ?? none;

function write(draft: string, items: readonly Attachment[]): void {
  if (items.length === 0) drafts.delete(draft);
  else drafts.set(draft, items);
  for (const listener of listeners) listener();
}

function change(id: string, next: Partial<Attachment>): void {
  for (const [draft, items] of drafts) {
    if (!items.some((item) => item.id === id)) continue;
    write(
      draft,
      items.map((item) => (item.id === id ? { ...item, ...next } : item)),
    );
    return;
  }
}

function newAttachment(file: File, asDocument: boolean): Attachment {
  const checked = checkFile(file, asDocument);
  const kind = checked.ok ? checked.kind : 'document';
  const isPicture = checked.ok && (kind === 'image' || kind === 'sticker');
  return {
    id: newIntentKey(),
    name: file.name,
    size: file.size,
    kind,
    preview: isPicture ? URL.createObjectURL(file) : null,
    state: checked.ok ? { at: 'uploading', share: 0 } : { at: 'refused', why: checked },
    file,
  };
}

async function upload({ id, file, kind }: Attachment): Promise<void> {
  if (file === null) return;
  const controller = new AbortController();
  uploads.set(id, controller);
  change(id, { state: { at: 'uploading', share: 0 } });
  try {
    const media = await uploadFile(file, {
      kind,
      signal: controller.signal,
      onProgress: (share) => change(id, { state: { at: 'uploading', share } }),
    });
    change(id, { state: { at: 'uploaded', media }, kind: media.kind });
  } catch (error) {
    if (!controller.signal.aborted) change(id, { state: { at: 'failed', error } });
  }
  uploads.delete(id);
}

function forget({ id, preview }: Attachment): void {
  uploads.get(id)?.abort();
  if (preview !== null) URL.revokeObjectURL(preview);
}

/** The files of one draft. `draft` may change once, when a record's first message makes its conversation. */
export function useAttachments(draft: string) {
  const last = useRef(draft);
  useEffect(() => {
    const before = last.current;
    last.current = draft;
    if (before === draft || read(before).length === 0) return;
    const moved = [...read(draft), ...read(before)];
    write(before, none);
    write(draft, moved);
  }, [draft]);

  const items = useSyncExternalStore(
    useCallback((listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    }, []),
    () => read(draft),
  );

  return {
    items,
    add: useCallback(
      (files: Iterable<File>) => {
        const added = Array.from(files, (file) => newAttachment(file, false));
        write(draft, [...read(draft), ...added]);
        for (const one of added) if (one.state.at === 'uploading') void upload(one);
      },
      [draft],
    ),
    /** One that the server has from an earlier try. */
    addStored: useCallback(
      (media: MediaOut) => {
        if (read(draft).some(({ state }) => state.at === 'uploaded' && state.media.id === media.id)) return;
        const stored: Attachment = {
          id: newIntentKey(),
          name: media.fileName ?? '',
          size: media.size ?? 0,
          kind: media.kind,
          preview: media.thumbnailUrl,
          state: { at: 'uploaded', media },
          file: null,
        };
        write(draft, [...read(draft), stored]);
      },
      [draft],
    ),
    remove: useCallback(
      (id: string) => {
        const one = read(draft).find((item) => item.id === id);
        if (one !== undefined) forget(one);
        write(
          draft,
          read(draft).filter((item) => item.id !== id),
        );
      },
      [draft],
    ),
    retry: useCallback((one: Attachment) => void upload(one), []),
    asDocument: useCallback(
      (one: Attachment) => {
        if (one.file === null) return;
        const again = { ...newAttachment(one.file, true), id: one.id };
        forget(one);
        write(
          draft,
          read(draft).map((item) => (item.id === one.id ? again : item)),
        );
        if (again.state.at === 'uploading') void upload(again);
      },
      [draft],
    ),
  };
}

export type Attachments = ReturnType<typeof useAttachments>;
