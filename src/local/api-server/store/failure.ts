import { internalError } from '../errors.ts';

/** Result codes of SQLite (https://sqlite.org/rescode.html) that say what is wrong with the folder, not with us. */
const unwritable = new Set([8 /* READONLY */, 10 /* IOERR */, 13 /* FULL */, 14 /* CANTOPEN */]);
const broken = new Set([11 /* CORRUPT */, 26 /* NOTADB */]);
const system = new Set(['EACCES', 'EDQUOT', 'EEXIST', 'EIO', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS']);

/** The extended codes of SQLite keep the plain one in their lowest byte. */
function sqliteCode(error: unknown): number {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : 0;
}

/** A failed write as clients are told of it: `500` with the cause and the remedy. Other errors stay as they are. */
export function writeFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !unwritable.has(sqliteCode(error))) return error;
  return internalError(
    `nothing was written: the data folder of the embedded API cannot take more (${error.message}); free space on its disk`,
  );
}

/** An error of the start that the data folder is the cause of, with the remedy. Other errors stay as they are. */
export function openFailure(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  const remedy = broken.has(sqliteCode(error))
    ? 'Move it away, or begin anew with --reset.'
    : 'Give it free space and write access, or choose another folder with --data-dir.';
  const isOfFolder = broken.has(sqliteCode(error)) || unwritable.has(sqliteCode(error)) || system.has(code ?? '');
  if (!isOfFolder) return error;
  const told = new Error(`the data folder ${dataDir} cannot be used: ${error.message}. ${remedy}`, { cause: error });
  return Object.assign(told, { code });
}
