import { Type } from 'typebox';
import { InstantText, MoneyShape } from '../contract.ts';

const Sums = Type.Array(Type.Object({ due: MoneyShape, refunded: MoneyShape, open: MoneyShape }));

export const StatementShape = Type.Object(
  {
    incident_id: Type.String(),
    figures: Type.Object(
      { as_of: InstantText, rentals: Type.Integer(), customers: Type.Integer(), sums: Sums },
      { description: 'As the books say now, at most seconds old.' },
    ),
    statements: Type.Array(
      Type.Object({
        language: Type.String(),
        revision: Type.Integer(),
        published_at: InstantText,
        figures_as_of: InstantText,
        title: Type.String(),
        text: Type.String(),
        sha256: Type.String({ description: 'Of title, text and HTML, as a JSON list.' }),
      }),
      { description: 'As they were published, newest first.' },
    ),
  },
  {
    $id: 'PublicStatement',
    title: 'What is told to everybody about an incident',
    examples: [
      {
        incident_id: 'inc_0123456789abcdef',
        figures: {
          as_of: '2014-11-24T18:02:00Z',
          rentals: 568,
          customers: 431,
          sums: [
            {
              due: { amount: 823593, currency: 'EUR' },
              refunded: { amount: 800000, currency: 'EUR' },
              open: { amount: 23593, currency: 'EUR' },
            },
          ],
        },
        statements: [
          {
            language: 'it',
            revision: 1,
            published_at: '2014-11-24T18:00:00Z',
            figures_as_of: '2014-11-24T17:30:00Z',
            title: 'Rimborsi',
            text: 'Rimborsi\n',
            sha256: '0'.repeat(64),
          },
        ],
      },
    ],
  },
);
