import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import type { MeOut } from '../../src/http/schemas/administration.ts';
import type { Preferences, PreferencesPatch } from '../../src/http/schemas/people.ts';
import { currentLanguage } from '../i18n/i18n.ts';
import { follow, languageFor, takeChosen } from '../i18n/language.ts';
import { answerOf, api } from './api.ts';
import { keys } from './queries.ts';

/**
 * Speaks the person's language and counts time in their zone, from now on and after each change. False until their
 * language was spoken for the first time, or could not be loaded: what is drawn before that would turn round.
 */
export function useFollowPerson({ preferences: { language, timeZone } }: MeOut): boolean {
  const { mutate } = useChangePreferences();
  const [spoken, setSpoken] = useState(() => languageFor(language) === currentLanguage());
  useEffect(() => {
    void follow({ language, timeZone }).then(() => setSpoken(true));
  }, [language, timeZone]);
  useEffect(() => {
    const chosen = takeChosen();
    if (chosen !== null && language === null) mutate({ language: chosen });
  }, [language, mutate]);
  return spoken;
}

/** Changes the person's own choices; what they are now stands in `useMe().preferences`. */
export function useChangePreferences() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (patch: z.infer<typeof PreferencesPatch>) =>
      api.patch('/api/me/preferences', patch, answerOf<Preferences>()),
    onSuccess: (preferences) => {
      client.setQueryData<MeOut>(keys.me(), (me) => (me === undefined ? me : { ...me, preferences }));
    },
  });
}
