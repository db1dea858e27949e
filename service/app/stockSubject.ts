/** What the alarms numbers_low and no_numbers are about: a unit's stock of one code. */
export const stockSubject = (code: number, unitId: number): string => `code ${code} unit ${unitId}`;
