import { release } from 'node:os';

/**
 * How thousands of files are made durable at once, after initdb and before a recovery: by one call for the whole file
 * system, which on a busy disk takes a tenth of the time. Linux reports what failed in it since version 5.8; before,
 * and elsewhere, file by file.
 */
export function syncMethod(): 'syncfs' | 'fsync' {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const isReported = process.platform === 'linux' && (major > 5 || (major === 5 && minor >= 8));
  return isReported ? 'syncfs' : 'fsync';
}
