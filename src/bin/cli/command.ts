/** How this very command is called, so that what it proposes can be pasted: from a checkout it is not on the path. */
export const COMMAND = import.meta.filename.endsWith('.ts') ? './storno' : 'storno';
