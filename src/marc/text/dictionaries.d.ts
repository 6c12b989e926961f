/** OpenCC dictionaries as the package ships them: `traditional simplified|…`, first choice first. */
declare module 'opencc-js/dict/*' {
  const pairs: string;
  export default pairs;
}
