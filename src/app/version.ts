/** The version of the API, not of the program: it changes when the API does. */
export const API_VERSION = '1.0.0';
