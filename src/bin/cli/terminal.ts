import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green';

/** Where words go. Data on stdout, everything else on stderr. */
export interface Terminal {
  readonly isInteractive: boolean;
  out(text: string): void;
  err(text: string): void;
  /** Styles for stdout; the text unchanged where stdout is no terminal, or `NO_COLOR` or `--no-color` is set. */
  style(style: Style, text: string): string;
  styleErr(style: Style, text: string): string;
}

/** Longer lines tire; narrower terminals wrap by themselves. */
export const WIDTH = 80;

export function openTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endOnBrokenPipe);
  return {
    isInteractive: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    style: (style, text) => styleText(style, text, { stream: process.stdout }),
    styleErr: (style, text) => styleText(style, text, { stream: process.stderr }),
  };
}

/** `storno scan … | head` closes the pipe early: that is the reader's right and no failure. */
function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode);
}

/** Breaks a paragraph into lines of at most `width` characters; each after the first is set in by `indent` more. */
export function wrap(text: string, { width, indent }: { readonly width: number; readonly indent: number }): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join(`\n${' '.repeat(indent)}`);
}
