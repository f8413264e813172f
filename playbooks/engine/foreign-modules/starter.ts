/** What the starter says on standard output, and its status, when the folder it should run from is not there. */
export const TREE_MISSING = "bdap: the folder of modules is gone";
export const TREE_MISSING_STATUS = 97;

/** What it says when it could not write there, followed by why; and its status. */
export const TREE_UNWRITABLE = "bdap: the folder of modules cannot be written: ";
export const TREE_UNWRITABLE_STATUS = 98;

/**
 * Python that runs one new-style module on a host: `python -c STARTER TREE NAME PROFILE BYTES`. On standard input come BYTES
 * of zlib-compressed JSON, files by path to put into the folder TREE first, and then the module's parameters. Without NAME that was all. The contract
 * is the one ansible-core 2.19 has with its modules (`ansible/module_utils/_internal/_ansiballz/_loader.py`): parameters and
 * profile are set in `basic`, the module runs as `__main__` by runpy, prints its result and ends the process itself.
 */
export const STARTER = `
import os, sys
def start(tree, name, profile, size):
    try:
        os.getcwd()
    except OSError:
        try:
            os.chdir(os.path.expanduser('~'))
        except OSError:
            os.chdir('/')
    sys.path = [path for path in sys.path if path not in ('', '.')]
    source = sys.stdin.buffer
    if not os.path.isdir(tree):
        print('${TREE_MISSING}')
        sys.exit(${TREE_MISSING_STATUS})
    packed = source.read(size)
    if packed:
        import json, zlib
        try:
            for path, text in json.loads(zlib.decompress(packed).decode('utf-8')).items():
                place = os.path.join(tree, path)
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place + '.part', 'wb') as part:
                    part.write(text.encode('latin-1'))
                os.rename(place + '.part', place)
        except OSError as problem:
            print('${TREE_UNWRITABLE}' + str(problem))
            sys.exit(${TREE_UNWRITABLE_STATUS})
    if not name:
        return
    params = source.read()
    sys.argv = ['']
    sys.path.insert(0, tree)
    try:
        from ansible.module_utils._internal._ansiballz import _loader
    except ImportError:
        _loader = None
    if _loader is not None:
        _loader.run_module(json_params=params, profile=profile, module_fqn=name, modlib_path=tree, extensions={})
        return
    import runpy
    from ansible.module_utils import basic
    basic._ANSIBLE_ARGS = params
    basic._ANSIBLE_PROFILE = profile
    runpy.run_module(name, dict(_module_fqn=name, _modlib_path=tree), '__main__', alter_sys=True)
    print('{"failed": true, "msg": "New-style module did not handle its own exit."}')
    sys.exit(1)
start(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
`.trim();
