import { toRfc3339 } from '../core/kernel/time.ts';
import type { Published } from '../flow/remedy/public-statement.ts';

/** RFC 4287, with the text of each statement, newest first. Ids are URNs: they outlive the address of the server. */
export function sayFeed(incidentId: string, published: readonly Published[]): string {
  const updated = Math.max(...published.map((one) => one.published.at));
  const entries = published.map((one) => {
    const id = `urn:storno:statement:${incidentId}:${one.language}:${one.revision}`;
    const at = toRfc3339(one.published.at);
    return `<entry xml:lang="${one.locale}"><id>${escaped(id)}</id><title>${escaped(one.title)}</title>
<updated>${at}</updated><published>${at}</published><author><name>Storno</name></author>
<content type="text">${escaped(one.text)}</content></entry>
`;
  });
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>${escaped(`urn:storno:statement:${incidentId}`)}</id>
<title>${escaped(published[0]?.title ?? '')}</title><updated>${toRfc3339(updated)}</updated>
${entries.join('')}</feed>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 §2.2 knows no control characters beside tab and line ends, in whatever form. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\ufffe\uffff]/gu, (one) => (/\s/.test(one) ? one : '')).replace(/[&<>"]/g, nameOf);
}

function nameOf(sign: string): string {
  return ENTITIES[sign] ?? sign;
}
