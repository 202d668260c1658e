/**
 * Breaks a text into lines of at most `width` characters, at blanks and never at those that do not break: a sum stays
 * beside its currency. What is longer than a line by itself, such as an address, gets a line of its own. Each line
 * after the first begins with `indent`.
 */
export function wrapText(text: string, { width, indent }: { readonly width: number; readonly indent: string }): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/[ \t]+/)) {
    if (line !== '' && [...line].length + 1 + [...word].length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join(`\n${indent}`);
}
