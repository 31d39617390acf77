import { z } from 'zod';
import { outsideWindowAnnotation } from '../core/annotations.ts';
import { scheduleForm, scheduleHint } from '../core/window.ts';
import { duration } from './common.ts';

const maintenanceWindow = z.object({
  schedule: z
    .string()
    .max(128)
    .regex(scheduleForm, scheduleHint)
    .describe(
      'When it opens: minute, hour, day, month, weekday, as of a CronJob; also `2#2`, the second Tuesday, and `0L`, the last Sunday. Day and weekday both: either is enough.',
    )
    .meta({ example: '0 22 * * 1-5' }),
  duration: duration
    .describe('How long it stays open, up to `168h`; elapsed time, so it may last over midnight.')
    .meta({ example: '4h' }),
  timeZone: z
    .string()
    .max(64)
    .regex(/^[A-Za-z][-+_A-Za-z0-9/]*$/, 'write an IANA name, for example Europe/Berlin')
    .default('UTC')
    .describe('Zone of the schedule, by its IANA name; daylight-saving time is kept.')
    .meta({ example: 'Europe/Berlin' }),
});

/** Maintenance windows: a field of what is delivered. */
export const windows = z.array(maintenanceWindow).min(1).max(20);

/** What a status remembers of the annotation by which a person begins outside of the windows. */
export const outsideWindow = z
  .object({
    value: z.string().describe('Its value.'),
    inputsHash: z.string().optional().describe('Hash of what it let through; absent where nothing waited.'),
  })
  .describe(`The annotation \`${outsideWindowAnnotation}\` as it was acted on.`);
