/** What holds every word of the search in its name, whatever case and accents: "jose" finds "José María". */
export function matching<Named extends { name: string }>(list: Named[], search: string): Named[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return list.filter(({ name }) => words.every((word) => plain(name).includes(word)));
}

const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
