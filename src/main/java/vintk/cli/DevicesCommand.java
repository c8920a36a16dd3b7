package vintk.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import vintk.runtime.CudaLibraries;
import vintk.runtime.CudaProvider;
import vintk.runtime.Machine;

/** {@code vintk devices}: what kernels can be computed on here, and what is missing. */
@Command(
        name = "devices",
        header = "Lists what kernels can be computed on, and what is missing.",
        description = {"", "A CUDA device is tried by running a small model on it, with no node on the processor."},
        footer = {"", "Example:", "  vintk devices --json"})
final class DevicesCommand implements Callable<Integer> {
    /** More than this many are not tried where the driver lists none. */
    private static final int WITHOUT_LIST = 1;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.putObject("cpu").put("cores", Machine.cores()).put("memory_bytes", Machine.memory());
        boolean built = CudaProvider.isBuilt();
        root.put("cuda_build", built);
        List<String> names = CudaLibraries.listed();
        ArrayNode devices = root.putArray("cuda");
        for (int i = 0; i < Math.max(WITHOUT_LIST, names.size()); i++) {
            Optional<String> problem = CudaProvider.problem(i);
            devices.addObject()
                    .put("device", "cuda:" + i)
                    .put("name", i < names.size() ? names.get(i) : null)
                    .put("usable", problem.isEmpty())
                    .put("problem", problem.orElse(null));
        }
        ObjectNode libraries = root.putObject("libraries");
        for (String library : CudaLibraries.needed()) {
            libraries.put(
                    library, CudaLibraries.find(library).map(Path::toString).orElse(null));
        }
        PrintWriter out = common.out();
        if (common.json) {
            out.println(root);
        } else {
            print(root, built, out);
        }
        out.flush();
        return ExitCode.OK;
    }

    private static void print(ObjectNode root, boolean built, PrintWriter out) {
        out.printf(Locale.ROOT, "cpu     %d cores, %.1f GB of memory%n", Machine.cores(), Machine.memory() / 1e9);
        root.path("cuda").forEach(device -> {
            String name = device.path("name").isNull()
                    ? ""
                    : " (" + device.path("name").asText() + ")";
            String state = device.path("usable").asBoolean()
                    ? "works"
                    : "cannot be used: " + device.path("problem").asText();
            out.println(device.path("device").asText() + "  " + state + name);
        });
        if (!built) {
            return;
        }
        out.println();
        out.println("Libraries that ONNX Runtime opens for CUDA:");
        boolean missing = false;
        for (Map.Entry<String, JsonNode> library : root.path("libraries").properties()) {
            missing |= library.getValue().isNull();
            String place = library.getValue().isNull()
                    ? "not found"
                    : library.getValue().asText();
            out.printf("  %-18s %s%n", library.getKey(), place);
        }
        if (missing) {
            out.println("libcuda comes with NVIDIA's driver (525 or later), the others with CUDA 12 and cuDNN 9,");
            out.println("or from Maven into the folder beside the jar: mvn -Pcuda,cuda-redist -DskipTests package");
        }
    }
}
