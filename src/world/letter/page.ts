import { type Content, html, trusted } from '../report/markup.ts';

/**
 * What inline styles cannot say. Mail programs that drop it show the light page, which is complete without it. Colours
 * need `!important` because the inline ones would win.
 */
const STYLE = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
body { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
@media (max-width: 480px) { .sheet { padding: 20px 16px 28px !important; } }
@media screen and (prefers-color-scheme: dark) {
  body, .sheet { background: #171614 !important; color: #ece8e0 !important; }
  .soft { color: #a9a397 !important; }
  .rule { border-color: #3a3732 !important; }
  .strong { border-color: #ece8e0 !important; }
  .wrong { color: #f0967f !important; }
}
@media print { .sheet { padding: 0 !important; } }
`;

const FACE = `-apple-system,'Segoe UI',Roboto,'Noto Sans','Helvetica Neue',Arial,sans-serif`;

/** A whole document: one column of at most 600 pixels, no picture, no link, no script, nothing fetched. */
export function page(parts: { readonly lang: string; readonly title: string; readonly body: Content }): string {
  const { lang, title, body } = parts;
  return html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body style="margin:0;padding:0;background:#fdfcf9;color:#1d1c1a">
<table role="presentation" style="width:100%;border-collapse:collapse"><tr><td style="padding:0">
<div role="main" class="sheet" style="overflow-wrap:anywhere;word-break:break-word;box-sizing:border-box;max-width:600px;margin:0 auto;padding:32px 24px 40px;color:#1d1c1a;font-family:${FACE};font-size:16px;line-height:25px;font-variant-numeric:tabular-nums">
${body}
</div>
</td></tr></table>
</body>
</html>
`.markup;
}
