import '../ui/zod-without-eval.ts';
import { z } from 'zod';
import type { PersonOut } from '../../src/http/schemas/people.ts';

/** What the dialog edits, and what of it goes to the server. */
export type PersonDraft = {
  name: string;
  email: string;
  role: PersonOut['role'];
  teams: string[];
  /** Empty where it is not known; of somebody who is invited it is not asked. */
  entraObjectId: string;
};

export const roles: PersonOut['role'][] = ['agent', 'administrator', 'auditor'];

/** A new person starts as an agent in the team that everybody is in. */
export function draftOf(
  person: PersonOut | undefined,
  teams: { id: string; everyone: boolean }[],
): PersonDraft {
  if (person === undefined) {
    const everyone = teams.filter((team) => team.everyone).map(({ id }) => id);
    return { name: '', email: '', role: 'agent', teams: everyone, entraObjectId: '' };
  }
  const { name, email, role, entraObjectId } = person;
  const teamIds = person.teams.map(({ id }) => id);
  return { name, email: email ?? '', role, teams: teamIds, entraObjectId: entraObjectId ?? '' };
}

/** Only what differs, so that two administrators at the same person do not undo each other. */
export function changesOf(
  person: PersonOut,
  draft: PersonDraft,
): Partial<Omit<PersonDraft, 'entraObjectId'>> & { entraObjectId?: string | null } {
  const before = draftOf(person, []);
  const email = draft.email.trim();
  const name = draft.name.trim();
  const objectId = draft.entraObjectId.trim();
  return {
    ...(name === before.name ? {} : { name }),
    ...(email === before.email || email === '' ? {} : { email }),
    ...(draft.role === before.role ? {} : { role: draft.role }),
    ...(sameSet(draft.teams, before.teams) ? {} : { teams: draft.teams }),
    ...(objectId === before.entraObjectId ? {} : { entraObjectId: objectId === '' ? null : objectId }),
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

/** Whether it may stay as it is typed: a GUID, or nothing. */
export function isObjectId(text: string): boolean {
  const given = text.trim();
  return given === '' || z.guid().safeParse(given).success;
}
