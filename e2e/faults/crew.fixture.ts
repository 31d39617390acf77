import { type CrewOptions, startCrew } from './crew.ts';

// A crew as a process of its own, so that it can be killed. Its options are the only argument, as JSON.
const close = await startCrew(JSON.parse(process.argv[2] ?? '') as CrewOptions);
process.once('SIGINT', () => void close().then(() => process.exit()));
console.log('the crew works');
