import { Type } from 'typebox';

export const ControlRequest = Type.Object(
  {
    charging: Type.Union([Type.Literal('running'), Type.Literal('stopped')]),
    reason: Type.String({ minLength: 1, maxLength: 500 }),
    by: Type.String({ minLength: 1, maxLength: 200, description: 'Who decided it, as your house knows him.' }),
  },
  {
    $id: 'ControlRequest',
    title: 'Stop or resume charging',
    additionalProperties: false,
    examples: [{ charging: 'stopped', reason: 'declines doubled since 14:00', by: 'on-call' }],
  },
);

export const ControlShape = Type.Object(
  { charging: Type.String(), reason: Type.String(), by: Type.String() },
  {
    $id: 'Control',
    title: 'Whether money may be taken',
    examples: [{ charging: 'running', reason: 'as installed', by: 'storno migrate' }],
  },
);

export const HealthShape = Type.Object(
  { status: Type.Union([Type.Literal('ok'), Type.Literal('unavailable')]) },
  { $id: 'Health', title: 'Health', examples: [{ status: 'ok' }] },
);
