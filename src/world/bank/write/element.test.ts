import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amountElement, element } from './element.ts';

test('no text becomes markup', () => {
  assert.equal(element('Nm', '</Nm> & "x" &amp;').xml, '<Nm>&lt;/Nm&gt; &amp; &quot;x&quot; &amp;amp;</Nm>');
  assert.equal(amountElement('Amt', { major: '<', currency: '"' }).xml, '<Amt Ccy="&quot;">&lt;</Amt>');
});

test('what is null is left out', () => {
  assert.equal(element('A', [null, element('B', 'c')]).xml, '<A><B>c</B></A>');
});
