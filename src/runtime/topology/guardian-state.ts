/** Where a guardian keeps what it knows, and finds the leases that it is given; a volume of its own. */
export const guardianStateDirectory = '/var/lib/haplat';
