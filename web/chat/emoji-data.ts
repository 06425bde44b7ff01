import english from 'emojibase-data/en/data.json?url';
import englishWords from 'emojibase-data/en/messages.json?url';
import spanish from 'emojibase-data/es/data.json?url';
import spanishWords from 'emojibase-data/es/messages.json?url';
import portuguese from 'emojibase-data/pt/data.json?url';
import portugueseWords from 'emojibase-data/pt/messages.json?url';
import type { EmojiData } from 'frimousse';

/**
 * All emoji with their names and search words, from our own server in the reader's language. Arabic has no data of its
 * own and is searched in English. https://emojibase.dev/docs/datasets
 */
const FILES: Record<string, readonly [string, string]> = {
  en: [english, englishWords],
  es: [spanish, spanishWords],
  'pt-BR': [portuguese, portugueseWords],
};

/** WhatsApp's clients show newer ones as an empty box. https://emojipedia.org/emoji-15.0 */
const NEWEST_VERSION = 15;
/** Parts that emoji are made of, such as skin tones. */
const COMPONENTS = 2;

/** As the files of the package `emojibase-data` have it. */
type Named = { emoji: string; tone?: unknown };
type Emoji = Named & {
  label: string;
  tags?: string[];
  group?: number;
  version: number;
  skins?: Named[];
};
type Words = { groups: { message: string; order: number }[] };

const TONES = { 1: 'light', 2: 'medium-light', 3: 'medium', 4: 'medium-dark', 5: 'dark' } as const;
const tones = { light: '', 'medium-light': '', medium: '', 'medium-dark': '', dark: '' };

export async function loadEmoji(language: string, options: { signal?: AbortSignal }): Promise<EmojiData> {
  const [data, words] = FILES[language] ?? [english, englishWords];
  const load = async <T>(address: string): Promise<T> => {
    const answer = await fetch(address, options);
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
    return answer.json();
  };
  const [emoji, { groups }] = await Promise.all([load<Emoji[]>(data), load<Words>(words)]);
  return {
    locale: language,
    emojis: emoji.flatMap(({ emoji, label, tags = [], group, version, skins }) => {
      if (group === undefined || group === COMPONENTS || version > NEWEST_VERSION) return [];
      const one = { emoji, category: group, label, version, tags };
      return [skins === undefined ? one : { ...one, skins: skinsOf(skins) }];
    }),
    categories: groups
      .filter(({ order }) => order !== COMPONENTS)
      .map(({ message, order }) => ({ index: order, label: message })),
    skinTones: tones,
  };
}

function skinsOf(skins: readonly Named[]): EmojiData['skinTones'] {
  const found = { ...tones };
  for (const { emoji, tone } of skins)
    if (tone === 1 || tone === 2 || tone === 3 || tone === 4 || tone === 5) found[TONES[tone]] = emoji;
  return found;
}
