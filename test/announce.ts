/** Says before the tests how long they take: without it a newcomer wonders. */
export default function announce(): void {
  console.log('\nAbout 2,600 tests, some nine minutes on two cores. `npm run test:long` has those that take longer.');
}
