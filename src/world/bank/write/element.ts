/** A piece of XML; made by `element` only, so that nothing comes into a file unescaped. */
export interface Xml {
  readonly xml: string;
}

/** An element with a text, or with elements; those that are null are left out. */
export function element(name: string, content: string | readonly (Xml | null)[]): Xml {
  const inner = typeof content === 'string' ? escaped(content) : content.map((part) => part?.xml ?? '').join('');
  return { xml: `<${name}>${inner}</${name}>` };
}

/** An amount with its currency in the attribute. */
export function amountElement(name: string, amount: { readonly major: string; readonly currency: string }): Xml {
  return { xml: `<${name} Ccy="${escaped(amount.currency)}">${escaped(amount.major)}</${name}>` };
}

/** Every element that may come often begins a line of its own, so that two files can be compared. */
export function onOwnLine({ xml }: Xml): Xml {
  return { xml: `\n${xml}` };
}

export function document(kind: string, body: Xml): string {
  const namespace = `urn:iso:std:iso:20022:tech:xsd:${kind}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${namespace}">${body.xml}</Document>\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
