import { writeSync } from 'node:fs';
import { Journal } from '../../../lib/storage/journal';

/** Appends one event after the other until it is killed, and reports the number of each that is on the disk. */
const { events, journal } = Journal.open<{ count: number; text: string }>(process.argv[2]);
for (let count = events.length; ; count++) {
  journal.append({ count, text: 'é'.repeat((count * 37) % 3000) });
  writeSync(1, `${count}\n`);
}
