/** Whether tests take the time that they would like to have: `npm run test:long`. */
export const isLong = process.env.TEST_LONG === '1';
