"""Runs the cases of one Python library for the benchmark: a request a line on stdin, an answer a line on stdout."""
import json
import sys
import time

library, threads = sys.argv[1], int(sys.argv[2])
import numpy as np

if library == 'torch':
    import torch
    import torch.nn.functional as F
    torch.set_num_threads(threads)
    version = torch.__version__
else:
    version = np.__version__

DTYPES = {'f32': np.float32, 'i32': np.int32, 'i8': np.int8, 'u8': np.uint8}


def values(about):
    """The same numbers as `valuesOf` of src/input-values.ts."""
    size = int(np.prod(about['shape'], dtype=np.int64))
    h = np.arange(size, dtype=np.uint32) + np.uint32(about['seed'] * 0x9E3779B9 & 0xFFFFFFFF)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x7FEB352D)
    h = (h ^ (h >> np.uint32(15))) * np.uint32(0x846CA68B)
    h = h ^ (h >> np.uint32(16))
    if about['dtype'] == 'f32':
        flat = ((h >> np.uint32(8)) * 2.0**-24 - 0.5).astype(np.float32) * np.float32(2 * about['scale'])
    else:
        flat = (about['low'] + (h % np.uint32(about['count'])).astype(np.int64)).astype(DTYPES[about['dtype']])
    return flat.reshape(about['shape'])


def sample(result):
    flat = np.asarray(result.detach() if library == 'torch' else result).reshape(-1)
    step = max(1, flat.size // 64)
    return [float(x) for x in flat[::step][:64]]


step = None


def prepare(request):
    global step
    arrays = {name: values(about) for name, about in request['inputs'].items()}
    scope = {'np': np, **arrays}
    if library == 'torch':
        scope.update(torch=torch, F=F, **{name: torch.from_numpy(a) for name, a in arrays.items()})
        torch.set_grad_enabled(request['program'].get('gradients', False))
    scope['inputs'] = {name: scope[name] for name in arrays}
    exec(request['program'].get('setup', ''), scope)
    step = eval('lambda: ' + request['program']['step'], scope)
    return {'sample': sample(step()), 'version': version}


def run(request):
    times = []
    step()  # others have used the caches meanwhile
    for _ in range(request['samples']):
        start = time.perf_counter()
        for _ in range(request['iterations']):
            step()
        times.append((time.perf_counter() - start) * 1e3 / request['iterations'])
    return {'times': times}


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = prepare(request) if request['op'] == 'prepare' else run(request)
    except Exception as error:
        answer = {'error': f'{type(error).__name__}: {error}'}
    print(json.dumps(answer), flush=True)
