/** Text that is HTML already. Everything else is escaped where it enters a template. */
export interface Markup {
  readonly markup: string;
}

export type Content = string | number | Markup | null | readonly Content[];

/**
 * The only door through which text becomes HTML: ids, file names and attribute values come from files that anybody
 * may have written, so escaping is the rule and `Markup` the exception.
 */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let markup = parts[0] ?? '';
  for (const [index, content] of contents.entries()) markup += toMarkup(content) + (parts[index + 1] ?? '');
  return { markup };
}

/** Markup that this program made itself, such as a picture. Never call it with anything read from a file. */
export function trusted(markup: string): Markup {
  return { markup };
}

function toMarkup(content: Content): string {
  if (content === null) return '';
  if (typeof content === 'string') return escapeText(content);
  if (typeof content === 'number') return String(content);
  if (isList(content)) return content.map(toMarkup).join('');
  return content.markup;
}

function isList(content: Markup | readonly Content[]): content is readonly Content[] {
  return Array.isArray(content);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe in elements and in quoted attributes. What HTML cannot hold shows as U+FFFD. */
export function escapeText(text: string): string {
  return legible(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/**
 * The text without control characters and half surrogates, which neither HTML nor SVG can hold, and without the marks
 * that turn the writing direction: with them an id could be made to look like another.
 */
export function legible(text: string): string {
  return text.toWellFormed().replace(ILLEGIBLE, '\ufffd');
}

const ILLEGIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** An id or value from a file: in the fixed face, set apart from the writing direction around it. */
export function idMarkup(id: string): Markup {
  return html`<bdi class="id">${shorten(id, ID_LENGTH_MAX)}</bdi>`;
}

/** No honest id is longer, and a page must not grow by what one cell holds. */
const ID_LENGTH_MAX = 80;

/** At most `lengthMax` characters, the middle left out: both ends of an id carry its meaning. */
export function shorten(text: string, lengthMax: number): string {
  const characters = [...text];
  if (characters.length <= lengthMax) return text;
  const tail = Math.floor((lengthMax - 1) / 3);
  const head = lengthMax - 1 - tail;
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - tail).join('')}`;
}
