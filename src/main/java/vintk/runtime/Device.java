package vintk.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where sessions run: the processor, or a CUDA device.
 *
 * @param kind of device
 * @param index of the CUDA device, as CUDA counts them; 0 for the processor
 */
public record Device(Kind kind, int index) {
    /** Kinds of devices, as results name them. */
    public enum Kind {
        CPU,
        CUDA
    }

    public static final Device CPU = new Device(Kind.CPU, 0);

    /** No machine has more CUDA devices than this. */
    private static final int MAX_INDEX = 255;

    /** @throws IllegalArgumentException for an index that no device has; {@link #parse} also says whether there is such a device */
    public Device {
        if (index < 0 || index > (kind == Kind.CPU ? 0 : MAX_INDEX)) {
            throw new IllegalArgumentException("there is one processor, cpu, and CUDA devices have numbers from 0 to "
                    + MAX_INDEX + "; got " + index + " for " + kind);
        }
    }

    /**
     * Devices as the command line names them, with commas between: {@code auto}, {@code cpu}, {@code cuda}, {@code cuda:K}.
     * One that is named several times is there as often: so many models are worked on at a time.
     *
     * @throws IllegalArgumentException where a name is none, or a CUDA device cannot be used; the message says why
     */
    public static List<Device> parseList(String text) {
        List<Device> devices = new ArrayList<>();
        for (String name : text.split(",", -1)) {
            devices.add(parse(name.strip()));
        }
        return devices;
    }

    /** One of them. */
    public static Device parse(String name) {
        if (name.equals("cpu")) {
            return CPU;
        }
        if (name.equals("auto")) {
            return automatic();
        }
        if (name.matches("cuda(:\\d{1,4})?")) {
            int index = name.equals("cuda") ? 0 : Integer.parseInt(name.substring(5));
            if (index <= MAX_INDEX) {
                Device device = new Device(Kind.CUDA, index);
                CudaProvider.problem(index).ifPresent(problem -> {
                    throw new IllegalArgumentException("--device " + device + " cannot be used: " + problem
                            + "; 'vintk devices' lists what there is and what is missing");
                });
                return device;
            }
        }
        throw new IllegalArgumentException("--device: expected auto, cpu, cuda or cuda:K, got '" + name + "'");
    }

    /** The first CUDA device where it works, else the processor. */
    private static Device automatic() {
        Optional<String> problem = CudaProvider.problem(0);
        return problem.isEmpty() ? new Device(Kind.CUDA, 0) : CPU;
    }

    public boolean isCuda() {
        return kind == Kind.CUDA;
    }

    @Override
    public String toString() {
        return isCuda() ? "cuda:" + index : "cpu";
    }
}
