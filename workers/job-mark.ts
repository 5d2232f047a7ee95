/** In the environment of every command: it finds processes that left both the group and the family, as daemons do. */
export const jobMark = 'SWITCHYARD_JOB_ID';
