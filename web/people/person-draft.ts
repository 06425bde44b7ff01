import { z } from 'zod';
import type { PersonOut } from '../../src/http/schemas/people.ts';

/** What the dialog edits, and what of it goes to the server. */
export type PersonDraft = { name: string; email: string; role: PersonOut['role']; teams: string[] };

export const roles: PersonOut['role'][] = ['agent', 'administrator', 'auditor'];

/** A new person starts as an agent in the team that everybody is in. */
export function draftOf(
  person: PersonOut | undefined,
  teams: { id: string; everyone: boolean }[],
): PersonDraft {
  if (person === undefined) {
    const everyone = teams.filter((team) => team.everyone).map(({ id }) => id);
    return { name: '', email: '', role: 'agent', teams: everyone };
  }
  const { name, email, role } = person;
  return { name, email: email ?? '', role, teams: person.teams.map(({ id }) => id) };
}

/** Only what differs, so that two administrators at the same person do not undo each other. */
export function changesOf(person: PersonOut, draft: PersonDraft): Partial<PersonDraft> {
  const before = draftOf(person, []);
  const email = draft.email.trim();
  const name = draft.name.trim();
  return {
    ...(name === before.name ? {} : { name }),
    ...(email === before.email || email === '' ? {} : { email }),
    ...(draft.role === before.role ? {} : { role: draft.role }),
    ...(sameSet(draft.teams, before.teams) ? {} : { teams: draft.teams }),
  };
}

function sameSet(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}

/** Which sentence to show at the address; null when it is good. */
export function problemOfEmail(email: string, required: boolean): 'emailMissing' | 'emailWrong' | null {
  const given = email.trim();
  if (given === '') return required ? 'emailMissing' : null;
  return z.email().safeParse(given).success ? null : 'emailWrong';
}
