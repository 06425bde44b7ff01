/** Vite copies the file into the build and answers its address. */
declare module '*.json?url' {
  const address: string;
  export default address;
}
