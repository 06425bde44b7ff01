import { FluentProvider } from '@fluentui/react-components';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { useLanguage } from '../i18n/language.ts';
import type { Themes } from './style-rules.ts';

const storageKey = 'assent-theme';
export type ThemeChoice = 'system' | 'light' | 'dark';

const ThemeContext = createContext<{
  choice: ThemeChoice;
  dark: boolean;
  choose: (choice: ThemeChoice) => void;
}>({ choice: 'system', dark: false, choose: () => undefined });

export function useTheme() {
  return useContext(ThemeContext);
}

/** In another application's frame the browser may refuse its storage. */
function storedChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

/** Light or dark as the system asks, unless the person chose one (kept in this browser); and the direction of writing. */
export function ThemeProvider({ themes, children }: { themes: Themes; children: ReactNode }) {
  const { direction } = useLanguage();
  const [choice, setChoice] = useState(storedChoice);
  const [systemDark, setSystemDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setSystemDark(media.matches);
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, []);
  const dark = choice === 'system' ? systemDark : choice === 'dark';
  useEffect(() => {
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  }, [dark]);
  const value = useMemo(() => {
    const choose = (next: ThemeChoice) => {
      if (next === 'system') localStorage.removeItem(storageKey);
      else localStorage.setItem(storageKey, next);
      setChoice(next);
    };
    return { choice, dark, choose };
  }, [choice, dark]);
  return (
    <ThemeContext value={value}>
      <FluentProvider theme={dark ? themes.dark : themes.light} dir={direction} style={{ height: '100%' }}>
        {children}
      </FluentProvider>
    </ThemeContext>
  );
}
