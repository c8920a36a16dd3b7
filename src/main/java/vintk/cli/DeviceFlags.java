package vintk.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import vintk.runtime.CudaLibraries;
import vintk.runtime.CudaProvider;
import vintk.runtime.Device;
import vintk.runtime.Machine;
import vintk.runtime.SessionSettings;
import vintk.score.Precision;

/** Where a kernel is computed. */
final class DeviceFlags {
    @Option(
            names = {"--device", "--devices"},
            paramLabel = "D",
            defaultValue = "auto",
            description = "auto, cpu, cuda or cuda:K. A list such as cuda:0,cuda:1 shares the models; a device that is"
                    + " named twice works on two at a time (default: ${DEFAULT-VALUE}: CUDA where it works).")
    String device;

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "fp32",
            description = "Products of float32: fp32, or tf32, faster on CUDA devices and less exact (default:"
                    + " ${DEFAULT-VALUE}).")
    String precision;

    /** How the sessions of each device run; whether the devices are there is found out now. */
    List<SessionSettings> sessions(CommonOptions common) {
        List<Device> devices = Device.parseList(device);
        remarkUnused(common);
        if (devices.size() > 1 && device.contains("auto")) {
            throw new IllegalArgumentException("--device: auto goes with no other device, got '" + device + "'");
        }
        boolean tf32 = precision() == Precision.TF32;
        if (tf32 && devices.contains(Device.CPU)) {
            throw new IllegalArgumentException("--precision tf32 is for CUDA devices, but the device is cpu");
        }
        int processors = (int) devices.stream().filter(d -> !d.isCuda()).count();
        int threads = KernelFlags.threads(common);
        // Sessions side by side on the processor share its cores.
        int each = threads > 0 || processors < 2 ? threads : Math.max(1, Machine.cores() / processors);
        return devices.stream()
                .map(d -> SessionSettings.of(each).on(d).withTf32(tf32))
                .toList();
    }

    /** A device of this machine that {@code auto} left, and why. */
    private void remarkUnused(CommonOptions common) {
        List<String> listed = CudaLibraries.listed();
        if (device.equals("auto") && CudaProvider.isBuilt() && !listed.isEmpty()) {
            CudaProvider.problem(0)
                    .ifPresent(problem -> common.remark(
                            "the processor is taken, as " + listed.get(0) + " cannot be used: " + problem));
        }
    }

    /** The one device of a command that works on one model. */
    SessionSettings session(CommonOptions common) {
        List<SessionSettings> sessions = sessions(common);
        if (sessions.size() > 1) {
            throw new IllegalArgumentException("--device: one device is expected here, got '" + device + "'");
        }
        return sessions.get(0);
    }

    Precision precision() {
        return switch (precision) {
            case "fp32" -> Precision.FLOAT32;
            case "tf32" -> Precision.TF32;
            default ->
                throw new IllegalArgumentException("--precision: expected fp32 or tf32, got '" + precision + "'");
        };
    }

    /** As results name it: what is the same for all devices of a kind. */
    static String text(List<SessionSettings> sessions) {
        Set<String> kinds = new LinkedHashSet<>();
        sessions.forEach(s -> kinds.add(s.device().isCuda() ? "cuda" : "cpu"));
        return kinds.stream().sorted().collect(Collectors.joining("+"));
    }
}
