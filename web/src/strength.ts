// strength.ts - what a person may be told about a password while they choose it.
//
// The server decides: it says how short a password may be (`shortest`,
// characters), and knows a list of common ones.

export function lengthHint(shortest: number | string): string {
  return `At least ${shortest} characters. A few words are best.`;
}

// Empty when it is long enough.
export function tooShort(password: string, shortest: number): string {
  return [...password].length < shortest ? `This is too short: at least ${shortest} characters.` : '';
}

// One calm line; empty while there is nothing to say.
// `personal`: the name and the address, which a password should not contain.
export function strengthLine(password: string, shortest: number, personal: readonly string[]): string {
  const characters = [...password];
  if (characters.length === 0) return '';
  const missing = shortest - characters.length;
  if (missing > 0) return missing === 1 ? '1 more character.' : `${missing} more characters.`;
  if (containsAny(password, personal)) return 'This contains your name or address. Choose another.';

  const bits = roughBits(characters);
  if (bits < 28) return 'Easy to guess.';
  if (bits < 50) return 'Fair. Another word makes it strong.';
  return 'Strong.';
}

function containsAny(password: string, personal: readonly string[]): boolean {
  const text = password.toLowerCase();
  return personal
    .flatMap((words) => words.toLowerCase().split(/[\s@._-]+/))
    .some((word) => word.length >= 4 && text.includes(word));
}

// What a guesser who tries repetitions, runs, and small alphabets first would
// still have to search. Rough on purpose: it only chooses a sentence.
function roughBits(characters: string[]): number {
  const text = characters.join('');
  const classes: [RegExp, number][] = [[/[a-z]/, 26], [/[A-Z]/, 26], [/[0-9]/, 10], [/[^a-zA-Z0-9]/, 33]];
  const alphabet = classes.reduce((sum, [pattern, size]) => sum + (pattern.test(text) ? size : 0), 0);
  // A letter that follows from the one before it (aaa, abc, 321) says little; nor do few different ones.
  const surprising = characters.filter((character, at) => at === 0 || !follows(characters[at - 1]!, character)).length;
  const different = new Set(characters).size;
  return Math.min(surprising, different * 1.5) * Math.log2(alphabet) * 0.75;
}

function follows(before: string, character: string): boolean {
  return Math.abs(character.codePointAt(0)! - before.codePointAt(0)!) <= 1;
}
