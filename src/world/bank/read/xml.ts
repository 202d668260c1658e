import { setImmediate } from 'node:timers/promises';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { Refused } from '../refusal.ts';
import { decoderFor } from './decode.ts';

/** An element, with what was made of those within it that were folded. */
export interface XmlNode<F> {
  readonly name: string;
  /** The attribute `Ccy`: the only one that a bank file has. */
  readonly currency: string | null;
  /** Without blanks at its ends; empty where there are elements within. */
  text: string;
  readonly children: XmlNode<F>[];
  readonly folded: F[];
}

export interface XmlReading<F> {
  /** Looks at the namespace of the root element; throws `Refused` where it is not to be read. */
  readonly onRoot: (root: { readonly name: string; readonly namespace: string }) => void;
  /** Makes something smaller of an element at its end, so that a long file is never held as a tree; or null. */
  readonly fold: (node: XmlNode<F>) => F | null;
}

/** A day's statement of 80,000 payments; beyond it banks split. */
export const BANK_FILE_BYTES_MAX = 100 * 1024 * 1024;
/** Bytes between two looks at whether somebody else wants the process: some 30 ms of reading. */
const TURN_BYTES = 512 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** Published files reach 13. */
const DEPTH_MAX = 32;
/** From one `<` to the next: the longest text of the schemas has 2,000 characters, in up to six bytes each. */
const GAP_MAX = 64 * 1024;
/** The root element has four at most: namespaces and the place of the schema. */
const ATTRIBUTES_MAX = 16;
/** Elements that are held at a time. What is folded does not count. */
const NODES_MAX = 200_000;
/** Folded things. The smallest of them takes nine bytes of the file and two hundred of memory. */
const FOLDED_MAX = 500_000;

/**
 * Reads hostile XML: no DOCTYPE, no entities of its own, limits on everything. The namespace of the root element holds
 * for all; elements of others are passed over. Throws `Refused`. Time and memory are linear in the bytes.
 */
export async function readXml<F>(bytes: Uint8Array, reading: XmlReading<F>): Promise<XmlNode<F>> {
  if (bytes.length > BANK_FILE_BYTES_MAX) {
    throw new Refused(
      'too_large',
      `has ${bytes.length} bytes; at most ${BANK_FILE_BYTES_MAX} are read. Ask for parts.`,
    );
  }
  const decoder = decoderFor(bytes);
  const tree = growTree(reading);
  const gap = watchGaps();
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
    const text = decoder.decode(bytes.subarray(from, from + CHUNK_BYTES));
    gap(text);
    tree.write(text);
    if (from % TURN_BYTES === 0) await setImmediate();
  }
  tree.write(decoder.end());
  return tree.end();
}

/** The parser collects a text until it ends: refused before it does. */
function watchGaps(): (text: string) => void {
  let open = 0;
  return (text) => {
    let from = 0;
    for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
      refuseGap(open + at - from);
      open = 0;
      from = at;
    }
    open += text.length - from;
    refuseGap(open);
  };
}

function refuseGap(length: number): void {
  if (length > GAP_MAX)
    throw new Refused('limit', `has a text or a tag of over ${GAP_MAX} characters. ${NO_STATEMENT}`);
}

const NO_STATEMENT = 'No bank writes that: it is not read.';

interface Tree<F> {
  write(text: string): void;
  end(): XmlNode<F>;
}

function growTree<F>({ onRoot, fold }: XmlReading<F>): Tree<F> {
  const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: '1.0', forceXMLVersion: true });
  const open: XmlNode<F>[] = [];
  let namespace = '';
  let root: XmlNode<F> | null = null;
  /** How deep we are in an element of another namespace; 0 outside of any. */
  let foreignDepth = 0;
  const held = { nodes: 0, folded: 0 };

  parser.on('error', (error) => {
    throw new Refused('malformed', `is no well-formed XML: ${firstLineOf(error.message)}. Fetch it again.`);
  });
  parser.on('doctype', refuseDoctype);
  parser.on('opentag', (tag) => {
    refuseTag(tag, open.length + foreignDepth);
    if (root === null) {
      namespace = tag.uri;
      onRoot({ name: tag.local, namespace });
    }
    if (foreignDepth > 0 || tag.uri !== namespace) {
      foreignDepth += 1;
      return;
    }
    const node = nodeOf<F>(tag);
    root ??= node;
    open.push(node);
    count(held, 'nodes', NODES_MAX);
  });
  parser.on('text', (text) => addText(open.at(-1), foreignDepth, text));
  parser.on('cdata', (text) => addText(open.at(-1), foreignDepth, text));
  parser.on('closetag', () => {
    if (foreignDepth > 0) {
      foreignDepth -= 1;
      return;
    }
    const node = open.pop();
    const parent = open.at(-1);
    if (node === undefined) return;
    node.text = node.children.length === 0 ? node.text.trim() : '';
    if (parent === undefined) return;
    const folded = fold(node);
    if (folded === null) {
      parent.children.push(node);
      return;
    }
    parent.folded.push(folded);
    count(held, 'folded', FOLDED_MAX);
    held.nodes -= sizeOf(node);
  });
  return {
    write: (text) => {
      if (root === null) refuseProlog(text, parser.position === 0);
      parser.write(text);
      // A chunk is longer than any prolog.
      if (root === null && parser.position >= CHUNK_BYTES / 4) {
        throw new Refused('limit', `has no element within its first ${CHUNK_BYTES} bytes. ${NO_STATEMENT}`);
      }
    },
    end: () => {
      parser.close();
      if (root === null) throw new Refused('not_xml', 'holds no element: it is no bank file.');
      return root;
    },
  };
}

function refuseProlog(text: string, isFirst: boolean): void {
  if (isFirst && /^\s*[^<\s]/.test(text)) throw new Refused('not_xml', 'is no XML: it does not begin with <.');
  if (text.includes('<!DOCTYPE')) refuseDoctype();
}

function refuseDoctype(): never {
  throw new Refused(
    'doctype',
    'has a DOCTYPE, which can make a file call for others or grow without end. It is not read.',
  );
}

function refuseTag(tag: SaxesTagNS, depth: number): void {
  if (depth >= DEPTH_MAX) throw new Refused('limit', `is nested more than ${DEPTH_MAX} deep. ${NO_STATEMENT}`);
  if (Object.keys(tag.attributes).length > ATTRIBUTES_MAX) {
    throw new Refused('limit', `has an element with more than ${ATTRIBUTES_MAX} attributes. ${NO_STATEMENT}`);
  }
}

function nodeOf<F>(tag: SaxesTagNS): XmlNode<F> {
  return { name: tag.local, currency: tag.attributes.Ccy?.value ?? null, text: '', children: [], folded: [] };
}

function addText<F>(node: XmlNode<F> | undefined, foreignDepth: number, text: string): void {
  if (node === undefined || foreignDepth > 0 || node.children.length > 0) return;
  node.text += text;
}

function count(held: { nodes: number; folded: number }, what: 'nodes' | 'folded', max: number): void {
  held[what] += 1;
  if (held[what] > max)
    throw new Refused('limit', `holds more than ${max} elements at a time. Ask the bank for parts.`);
}

function sizeOf<F>({ children }: XmlNode<F>): number {
  return children.reduce((size, child) => size + sizeOf(child), 1);
}

/** Where and what, without what the file itself says there: it may be anything. */
function firstLineOf(message: string): string {
  return message.replace(/\s+/g, ' ').slice(0, MESSAGE_MAX).replace(/\.$/, '');
}

const MESSAGE_MAX = 120;
