import type { Terminal } from '../terminal.ts';
import { WIDTH, wrap } from '../terminal.ts';
import type { Told } from './look.ts';

/** Tells the acts as they are played: number, heading, what happened, how long it took. */
export interface Stage {
  /** Plays one act; `tell` adds a paragraph to it. */
  act<T>(heading: string, play: (tell: (sentence: string) => void) => Promise<T>): Promise<T>;
  say(text: string): void;
  /** What was told so far, act by act. */
  readonly told: readonly Told[];
}

const INDENT = 4;

export function openStage(terminal: Terminal): Stage {
  let number = 0;
  const told: { heading: string; sentences: string[] }[] = [];
  return {
    told,
    async act(heading, play) {
      number += 1;
      const begunMs = performance.now();
      terminal.out(`\n${terminal.style('bold', `${String(number).padStart(2)}  ${heading}`)}\n`);
      const sentences: string[] = [];
      told.push({ heading, sentences });
      const tell = (sentence: string) => {
        sentences.push(sentence);
        terminal.out(`${' '.repeat(INDENT)}${wrap(sentence, { width: WIDTH - INDENT, indent: INDENT })}\n`);
      };
      const answer = await play(tell);
      terminal.out(
        terminal.style('dim', `${' '.repeat(INDENT)}${((performance.now() - begunMs) / 1000).toFixed(1)} s\n`),
      );
      return answer;
    },
    say: (text) => terminal.out(text),
  };
}
