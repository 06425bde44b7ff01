import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { currentLanguage, isLanguage, LANGUAGES, type Language } from './i18n.ts';
import { baseOf, browserLanguages, keepLocale, keepTimeZone } from './locale.ts';
import { keepSpoken, loadWords } from './words.ts';

/** What was spoken here last: for the pages before the sign-in. */
const LAST = 'assent-language';

/** The first of the wanted tags that we speak, region aside; else English. */
export function bestLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    if (isLanguage(tag)) return tag;
    const near = Object.keys(LANGUAGES).find((language) => baseOf(language) === baseOf(tag));
    if (near !== undefined && isLanguage(near)) return near;
  }
  return 'en';
}

let asked: Language = 'en';

/** Loads a language and speaks it from now on. Throws where it cannot be loaded; then nothing changes. */
export async function speak(language: Language): Promise<void> {
  asked = language;
  await loadWords(language);
  // Another was chosen while this one loaded.
  if (asked !== language) return;
  keepLocale(language);
  keepSpoken(language);
  if (typeof document !== 'undefined') {
    document.documentElement.lang = language;
    document.documentElement.dir = LANGUAGES[language].direction;
    keepLast(language);
  }
  await i18next.changeLanguage(language);
}

/** In another application's frame the browser may refuse its storage; then nothing is kept there. */
function storedIn(storage: () => Storage, name: string): string {
  try {
    return storage().getItem(name) ?? '';
  } catch {
    return '';
  }
}

function keepLast(language: Language): void {
  try {
    localStorage.setItem(LAST, language);
  } catch {}
}

/** Before it is known who looks: the language spoken here last, else the browser's. */
export async function speakAtStart(): Promise<void> {
  const last = storedIn(() => localStorage, LAST);
  await trySpeaking(isLanguage(last) ? last : bestLanguage(browserLanguages()));
}

/** What a person reads: their own choice, else what their browser asks for. */
export const languageFor = (own: Language | null): Language => own ?? bestLanguage(browserLanguages());

/** A person's own language and time zone; null follows the browser. */
export async function follow(preferences: {
  language: Language | null;
  timeZone: string | null;
}): Promise<void> {
  keepTimeZone(preferences.timeZone);
  const language = languageFor(preferences.language);
  // A zone of one's own changes every time on the page, as a language does.
  if (language === currentLanguage()) i18next.emit('languageChanged', language);
  else await trySpeaking(language);
}

/** Chosen on a page before the sign-in, in this tab. */
const CHOSEN = 'assent-language-chosen';

export function chooseBeforeSignIn(language: Language): void {
  sessionStorage.setItem(CHOSEN, language);
  void trySpeaking(language);
}

/** What was chosen before the sign-in, once: it becomes the choice of a person who has made none. */
export function takeChosen(): Language | null {
  const chosen = storedIn(() => sessionStorage, CHOSEN);
  if (!isLanguage(chosen)) return null;
  sessionStorage.removeItem(CHOSEN);
  return chosen;
}

/** A language that does not load, while the server restarts say, leaves the page readable in the one before. */
async function trySpeaking(language: Language): Promise<void> {
  await speak(language).catch((error: unknown) =>
    console.error(`the texts of ${language} did not load`, error),
  );
}

/** The language spoken now; what uses it is drawn again when it changes. */
export function useLanguage(): { language: Language; direction: 'ltr' | 'rtl' } {
  useTranslation('ui');
  const language = currentLanguage();
  return { language, direction: LANGUAGES[language].direction };
}
